import { readWriteCondition } from "../http/conditions.js";
import { emptyResponse } from "../http/s3-response.js";
import { type Operation } from "./operation.js";

export const deleteObject: Operation = {
  name: "DeleteObject",
  method: "DELETE",
  target: "object",
  headers: ["if-match"],
  async run({ store, request }) {
    const { ifMatch } = readWriteCondition(request.headers);
    await store.bucket(request.bucket).objects.delete(request.key, { ifMatch });
    return emptyResponse(204);
  },
};
