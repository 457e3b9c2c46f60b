import { User } from "@repo/database";
import type { MediaBody } from "@repo/object-store";
import { userAvatars } from "@repo/user-avatars";

import type { App } from "./open-app.js";

export async function signUp(email: string): Promise<string> {
  const user = await User.create({ email });
  return user.id;
}

export async function changePicture(app: App, userId: string, body: MediaBody) {
  const avatars = userAvatars(app);
  return app.database.transaction(async (transaction) => {
    const { url, width, height } = await avatars.set(userId, body, { transaction });
    // What else belongs to the change goes here: all of it is there after the commit, or none.
    return { url, width, height };
  });
}
