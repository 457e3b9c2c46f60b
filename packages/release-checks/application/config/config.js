const database = { use_env_variable: "DATABASE_URL", dialect: "postgres", logging: false };

module.exports = { development: database, test: database };
