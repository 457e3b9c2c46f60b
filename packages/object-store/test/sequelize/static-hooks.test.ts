import { expect, it } from "@jest/globals";
import { DataTypes, Sequelize } from "sequelize";

it("leaves the module's models as they are where hooks change every Sequelize", async () => {
  Sequelize.addHook("beforeInit", (_config: object, options: object) => {
    Object.assign(options, { define: { paranoid: true, createdAt: "made" } });
  });
  Sequelize.addHook("afterInit", (database: Sequelize) => {
    database.addHook("beforeDefine", (attributes: object, options: object) => {
      Object.assign(attributes, { tenant: DataTypes.TEXT });
      Object.assign(options, { updatedAt: "changed" });
    });
  });
  // After the hooks, as an application's entry loads what it uses.
  const { openApplication } = await import("../support/application.js");
  const { sampleOf } = await import("../support/samples.js");
  const application = await openApplication("integer");
  try {
    const { store } = await application.install();
    await application.database.query("INSERT INTO shop.accounts (number) VALUES (1)");
    const { images } = store.forUser(1);
    const { file } = await images.upload({ body: (await sampleOf("png")).bytes });
    expect(await images.list()).toMatchObject({ items: [file] });
    const Image = application.database.define("Image", {});
    expect(Object.keys(Image.getAttributes())).toEqual(
      expect.arrayContaining(["tenant", "changed", "made"]),
    );
  } finally {
    await application.close();
  }
});
