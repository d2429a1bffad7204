declare module '../../platform/access/permission.js' {
  interface PermissionCatalogue {
    /** See the records of patients in care; a patient: their own. */
    'records:read': never;
    'records:create': never;
    /** Open the records of a patient who is not in care, in an emergency. */
    'records:break-glass': never;
  }
}

export {};
