export { columns, maskedNames, type ColumnOf, type Model } from './data-classes.js';
export { unencryptedColumns } from './unencrypted-columns.js';
