module.exports = {
  owner: { type: "integer" },
  tables: { images: "media_images", audio: "media_audio" },
};
