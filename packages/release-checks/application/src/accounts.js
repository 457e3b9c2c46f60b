const { sequelize, User } = require("../models/index.js");
const { maintenance, store } = require("./media.js");

/** A new user and its portrait: both, or neither. */
function signUp(name, portrait) {
  return sequelize.transaction(async (transaction) => {
    const user = await User.create({ name }, { transaction });
    await store.forUser(user.id).images.upload({ body: portrait }, { transaction });
    return user;
  });
}

/** Everything that a user has stored, and then the user. */
async function deleteAccount(user) {
  const receipt = await maintenance.eraseUser(user.id);
  await user.destroy({ force: true });
  return receipt;
}

module.exports = { deleteAccount, signUp };
