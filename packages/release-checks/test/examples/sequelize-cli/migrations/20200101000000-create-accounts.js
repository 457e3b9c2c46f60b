module.exports = {
  async up(queryInterface, { DataTypes }) {
    const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true };
    await queryInterface.createTable("accounts", { id, name: DataTypes.TEXT });
    await queryInterface.createTable("images", { id, caption: DataTypes.TEXT });
    await queryInterface.bulkInsert("accounts", [{ name: "ada" }, { name: "grace" }]);
  },
  async down(queryInterface) {
    await queryInterface.dropTable("images");
    await queryInterface.dropTable("accounts");
  },
};
