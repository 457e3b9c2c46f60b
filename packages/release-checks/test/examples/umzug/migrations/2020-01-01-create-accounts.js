const { DataTypes } = require("sequelize");

exports.up = async ({ context }) => {
  const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true };
  await context.createTable("accounts", { id });
};

exports.down = ({ context }) => context.dropTable("accounts");
