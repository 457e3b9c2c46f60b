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

/** Everything that a user has stored, and then the user. To be repeated until the receipt is complete. */
async function deleteAccount(user) {
  // Marks it as deleted, so that it cannot sign in and upload meanwhile.
  await user.destroy();
  const receipt = await maintenance.eraseUser(user.id);
  if (receipt.complete) await user.destroy({ force: true });
  return receipt;
}

module.exports = { deleteAccount, signUp };
