export type { Avatar } from "./avatar.js";
export { userAvatars, type UserAvatarsOptions } from "./avatar-service.js";
export { userAvatarMigrations } from "./migrations.js";
export type { UserAvatars } from "./user-avatars.js";
