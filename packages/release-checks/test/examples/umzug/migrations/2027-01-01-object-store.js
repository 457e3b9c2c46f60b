const { objectStoreMigrations, sequelizeMigration } = require("@repo/object-store/migrations");

const tables = require("../object-store-tables.js");

const { up, down } = sequelizeMigration(objectStoreMigrations(tables), {
  from: "object-store/0001-create-images",
  to: "object-store/0018-share-files",
});

exports.up = ({ context }) => up(context);
exports.down = ({ context }) => down(context);
