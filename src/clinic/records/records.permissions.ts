declare module '../../platform/access/permission.js' {
  interface PermissionCatalogue {
    /** See the records of patients in care; a patient: their own. */
    'records:read': never;
    'records:create': never;
  }
}

export {};
