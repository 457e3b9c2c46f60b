import { QueryTypes, type Sequelize } from "sequelize";

export function picturesOfAccounts(database: Sequelize) {
  return database.query<{ name: string; pictures: number }>(
    `
      SELECT accounts.name, count(media_images.id)::integer AS pictures
      FROM accounts LEFT JOIN media_images ON media_images.user_id = accounts.id
      GROUP BY accounts.id ORDER BY accounts.id
    `,
    { type: QueryTypes.SELECT },
  );
}
