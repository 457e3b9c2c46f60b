import { type MaintenanceOptions, objectStoreMaintenance } from "@repo/object-store/maintenance";

export function sweeper(options: MaintenanceOptions) {
  const maintenance = objectStoreMaintenance(options);
  return async () => {
    const { removed, failed } = await maintenance.sweep();
    return `${removed} files removed, ${failed} left for the next sweep`;
  };
}
