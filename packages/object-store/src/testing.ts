export { type FaultyStorage, injectFaults } from "./testing/inject-faults.js";
export {
  type MemoryObjectStore,
  memoryObjectStore,
  type MemoryObjectStoreOptions,
} from "./testing/memory-object-store.js";
export { type MemoryEndpoint } from "./testing/memory-endpoint.js";
export { MemoryStorage } from "./testing/memory-storage.js";
export { type StorageCall } from "./testing/storage-call.js";
export {
  assertStorageContract,
  StorageContractError,
  type StorageCheck,
  storageContract,
} from "./testing/storage-contract.js";
export {
  type ActiveStorageFault,
  type StorageFault,
  type StorageFaultRule,
} from "./testing/storage-fault.js";
export { type StorageFaults } from "./testing/storage-faults.js";
export { type StorageClient } from "./upload/storage-client.js";
