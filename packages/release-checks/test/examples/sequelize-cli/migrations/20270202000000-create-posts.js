module.exports = {
  async up(queryInterface, { DataTypes }) {
    await queryInterface.createTable("posts", {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      title: { type: DataTypes.TEXT, allowNull: false },
      picture_id: {
        type: DataTypes.UUID,
        references: { model: "media_images", key: "id" },
        onDelete: "SET NULL",
      },
    });
    await queryInterface.addIndex("posts", ["picture_id"]);
  },
  async down(queryInterface) {
    await queryInterface.dropTable("posts");
  },
};
