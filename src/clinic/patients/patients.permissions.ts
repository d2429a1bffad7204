declare module '../../platform/access/permission.js' {
  interface PermissionCatalogue {
    /** See patients of the organization; a patient: their own entry. */
    'patients:read': never;
    'patients:create': never;
    'patients:update': never;
    'patients:delete': never;
    /** See the national id unmasked. */
    'patients:identify': never;
    /** See it unmasked on one patient, by asking with `?reveal=nationalId`: after a fresh proof, and recorded. */
    'patients:reveal': never;
    /** See telephone number and address. */
    'patients:contact': never;
  }
}

export {};
