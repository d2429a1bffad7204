export { DetectionConfig } from './detection.config.js';
export { DetectionModule } from './detection.module.js';
export { detectionPoints, eventOf, isPointId, type Reaction } from './detection-points.js';
export { DetectionResponses, type Detection } from './detection-responses.js';
export { isMeasureKind, Measures, type Measure } from './measures.js';
export { AddressMeasuresGuard, PrincipalMeasuresGuard } from './measures.guards.js';
