module.exports = {
  owner: { table: "accounts", column: "id", type: "integer" },
  tables: {
    images: "media_images",
    audio: "media_audio",
    directUploads: "media_direct_uploads",
    journal: "media_journal",
  },
};
