export type { Avatar } from "./avatar.js";
export { userAvatarMigrations } from "./migrations.js";
export { userAvatars, type UserAvatars, type UserAvatarsOptions } from "./user-avatars.js";
