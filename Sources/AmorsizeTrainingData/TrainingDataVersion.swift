/// The version that new training data is saved with, and that older data is migrated to: the reference's
/// `ML_TRAINING_DATA_VERSION`.
public let mlTrainingDataVersion = 2

/// The version of training data that names none: the reference's `DEFAULT_VERSION_IF_MISSING`.
public let mlTrainingDataVersionIfMissing = 1

/// The current version of the training data's format: the reference's `get_ml_training_data_version()`.
///
/// - Returns: ``mlTrainingDataVersion``, a positive integer.
public func currentMLTrainingDataVersion() -> Int {
  mlTrainingDataVersion
}
