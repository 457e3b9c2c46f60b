import { type MaintenanceOptions, objectStoreMaintenance } from "@repo/object-store/maintenance";

export async function sweep(options: MaintenanceOptions) {
  const report = await objectStoreMaintenance(options).sweep();
  return `${report.removed} files removed, ${report.failed} left for the next sweep`;
}
