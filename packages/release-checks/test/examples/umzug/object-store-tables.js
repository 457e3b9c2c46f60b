module.exports = require("../sequelize-cli/object-store-tables.js");
