const { Image, sequelize, User } = require("../models/index.js");
const { deleteAccount, signUp } = require("../src/accounts.js");
const { close, maintenance, store } = require("../src/media.js");

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

let ada;
let grace;

beforeAll(async () => {
  ada = await User.findOne({ where: { name: "Ada" } });
  grace = await User.findOne({ where: { name: "Grace" } });
});

afterAll(close);

it("has users with integer ids, and images of its own, from before", async () => {
  expect([typeof ada.id, typeof grace.id]).toEqual(["number", "number"]);
  expect((await Image.findAll()).map(({ caption }) => caption)).toEqual(["The shop's front"]);
  expect(Object.keys(sequelize.models)).toEqual(["User", "Image"]);
});

it("uploads, lists, shows and deletes", async () => {
  const { images } = store.forUser(ada.id);
  const first = await images.upload({ body: PNG, filename: "first.png" });
  const second = await images.upload({ body: PNG, filename: "second.png" });
  expect(first.file).toMatchObject({ userId: ada.id, width: 1, height: 1 });
  expect(Buffer.from(await (await fetch(first.url)).arrayBuffer())).toEqual(PNG);

  const { items } = await images.list({ withUrls: true });
  expect(items.map(({ filename }) => filename)).toEqual(["second.png", "first.png"]);
  expect(await store.forUser(grace.id).images.count()).toBe(0);
  expect((await store.forApplication().images.getMany([first.file.id])).size).toBe(1);

  await images.delete(second.file.id);
  expect(await images.count()).toBe(1);
  await expect(images.get(second.file.id)).rejects.toMatchObject({ code: "file_not_found" });
});

it("stores a file with its new user, in one transaction, or neither", async () => {
  const alan = await signUp("Alan", PNG);
  expect(await store.forUser(alan.id).images.count()).toBe(1);
  await expect(signUp("Eve", Buffer.from("no picture"))).rejects.toMatchObject({
    code: "unsupported_media_type",
  });
  expect(await User.count({ where: { name: "Eve" } })).toBe(0);
});

it("erases a user's files, and then the user", async () => {
  await store.forUser(grace.id).images.upload({ body: PNG });
  await expect(grace.destroy({ force: true })).rejects.toThrow(/foreign key/);
  expect(await deleteAccount(grace)).toMatchObject({ userId: grace.id, complete: true });
  expect(await User.findByPk(grace.id, { paranoid: false })).toBeNull();
});

it("keeps a user whose files are not all gone yet, as long as a direct upload may arrive", async () => {
  const file = { filename: "late.png", contentType: "image/png", byteSize: PNG.length };
  await store.forUser(ada.id).images.createDirectUpload(file);
  expect(await deleteAccount(ada)).toMatchObject({ complete: false });
  expect(await User.findByPk(ada.id)).toBeNull();
  expect(await User.findByPk(ada.id, { paranoid: false })).not.toBeNull();
});

it("sweeps and audits, with nothing left and its own images as they were", async () => {
  expect(await maintenance.sweep()).toMatchObject({ failed: 0 });
  expect(await maintenance.audit()).toMatchObject({ orphans: 0, missingObjects: 0, foreign: 0 });
  expect((await Image.findAll()).map(({ caption }) => caption)).toEqual(["The shop's front"]);
});
