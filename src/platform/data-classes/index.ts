export { columns, maskedNames } from './data-classes.js';
export { unencryptedColumns } from './unencrypted-columns.js';
