export { PatientsModule } from './patients.module.js';
export { visiblePatients, type PatientScope } from './patients.policy.js';
