const { Sequelize } = require("sequelize");
const { SequelizeStorage, Umzug } = require("umzug");

const sequelize = new Sequelize(process.env.DATABASE_URL, { logging: false });

const umzug = new Umzug({
  migrations: { glob: ["migrations/*.js", { cwd: __dirname }] },
  context: sequelize.getQueryInterface(),
  storage: new SequelizeStorage({ sequelize }),
  logger: console,
});

void umzug.runAsCLI().finally(() => sequelize.close());
