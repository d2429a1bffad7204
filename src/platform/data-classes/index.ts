export {
  classOfName,
  columns,
  highestOf,
  isAtLeast,
  isModel,
  maskedNames,
  type ColumnOf,
  type DataClass,
  type Model,
} from './data-classes.js';
export { unencryptedColumns } from './unencrypted-columns.js';
