export {
  DataDirInUseError,
  ForeignDataDirError,
  LocalServicesError,
  NoUnprivilegedAccountError,
  PortInUseError,
  PostgresFailedError,
  UnsupportedPlatformError,
  UnusableDataDirError,
} from "./errors.js";
export {
  type LocalPostgres,
  type LocalPostgresOptions,
  startLocalPostgres,
} from "./local-postgres.js";
export {
  type LocalServices,
  type LocalServicesOptions,
  startLocalServices,
} from "./local-services.js";
export { onShutdown } from "./on-shutdown.js";
