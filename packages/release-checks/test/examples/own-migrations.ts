import { DataTypes, type QueryInterface } from "sequelize";
import type { RunnableMigration } from "umzug";

export const createAccounts: RunnableMigration<QueryInterface> = {
  name: "2020-create-accounts",
  async up({ context }) {
    await context.createTable("accounts", {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      name: DataTypes.TEXT,
    });
    // Has nothing to do with the object store.
    await context.createTable("images", {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    });
  },
  async down({ context }) {
    await context.dropTable("images");
    await context.dropTable("accounts");
  },
};

export const createPosts: RunnableMigration<QueryInterface> = {
  name: "2027-create-posts",
  async up({ context }) {
    await context.createTable("posts", {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      title: { type: DataTypes.TEXT, allowNull: false },
      picture_id: {
        type: DataTypes.UUID,
        references: { model: "media_images", key: "id" },
        onDelete: "SET NULL",
      },
    });
    await context.addIndex("posts", ["picture_id"]);
  },
  async down({ context }) {
    await context.dropTable("posts");
  },
};
