const { objectStoreProvider } = require("object-store");
const { objectStoreMaintenance } = require("object-store/maintenance");
const { S3Provider } = require("object-store/s3");

const { sequelize } = require("../models/index.js");
const tables = require("./object-store-tables.js");

const s3 = new S3Provider({
  bucket: process.env.S3_BUCKET,
  client: {
    endpoint: process.env.S3_ENDPOINT,
    region: process.env.S3_REGION,
    credentials: {
      accessKeyId: process.env.S3_ACCESS_KEY_ID,
      secretAccessKey: process.env.S3_SECRET_ACCESS_KEY,
    },
    forcePathStyle: true,
  },
});
const options = { database: sequelize, s3, ...tables };
const store = objectStoreProvider(options);
const maintenance = objectStoreMaintenance(options);

async function close() {
  await store.close();
  s3.destroy();
  await sequelize.close();
}

module.exports = { close, maintenance, store };
