module.exports = {
  async up(queryInterface, { DataTypes }) {
    const now = new Date();
    const columns = {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      created_at: { type: DataTypes.DATE, allowNull: false },
      updated_at: { type: DataTypes.DATE, allowNull: false },
      deleted_at: DataTypes.DATE,
    };
    const dates = { created_at: now, updated_at: now };
    await queryInterface.createTable("users", { ...columns, name: DataTypes.TEXT });
    await queryInterface.createTable("images", { ...columns, caption: DataTypes.TEXT });
    await queryInterface.bulkInsert("users", [
      { name: "Ada", ...dates },
      { name: "Grace", ...dates },
    ]);
    await queryInterface.bulkInsert("images", [{ caption: "The shop's front", ...dates }]);
  },
  async down(queryInterface) {
    await queryInterface.dropTable("images");
    await queryInterface.dropTable("users");
  },
};
