const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize(process.env.DATABASE_URL, {
  logging: false,
  define: { paranoid: true, underscored: true },
});

const User = sequelize.define("User", { name: DataTypes.TEXT });
const Image = sequelize.define("Image", { caption: DataTypes.TEXT });

module.exports = { sequelize, User, Image };
