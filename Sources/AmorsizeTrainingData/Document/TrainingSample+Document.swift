extension TrainingSample {
  /// What the reference's loader makes of a document.
  ///
  /// `n_jobs` and `chunksize` must be there. What else is missing gets the reference's default; where that default is none,
  /// `null` is as good as nothing, elsewhere it is damage, as any other type is. A fingerprint that is not whole is none.
  /// - Parameter loadedAt: seconds since 1970, the timestamp of a document that has none.
  /// - Throws: ``Damage``
  init(_ document: TrainingObject, loadedAt: Double) throws(Damage) {
    let features = try document.present("features", TrainingObject.init)
    self.init(
      features: try features.map { (object) throws(Damage) in try TrainingFeatures(object) } ?? TrainingFeatures(),
      nJobs: try document.required("n_jobs", TrainingObject.integer),
      chunkSize: try document.required("chunksize", TrainingObject.integer),
      speedup: try document.present("speedup", TrainingObject.number) ?? Self.defaultSpeedup,
      timestamp: try document.present("timestamp", TrainingObject.number) ?? loadedAt,
      functionSignature: document["function_signature"].flatMap(TrainingObject.string),
      bufferSize: try document.optional("buffer_size", TrainingObject.integer),
      usesOrder: try document.optional("use_ordered", TrainingObject.bool),
      isStreaming: try document.present("is_streaming", TrainingObject.bool) ?? false,
      systemFingerprint: document["system_fingerprint"].flatMap(TrainingObject.init).flatMap(SystemFingerprint.init),
      adaptiveChunking: AdaptiveChunking(
        isEnabled: try document.optional("adaptive_chunking_enabled", TrainingObject.bool),
        rate: try document.optional("adaptation_rate", TrainingObject.number),
        minimumChunkSize: try document.optional("min_chunksize", TrainingObject.integer),
        maximumChunkSize: try document.optional("max_chunksize", TrainingObject.integer)))
  }
}

extension TrainingFeatures {
  init(_ document: TrainingObject) throws(Damage) {
    self.init(
      dataSize: try document.present("data_size", TrainingObject.integer) ?? Self.defaultDataSize,
      estimatedItemTime: try document.present("estimated_item_time", TrainingObject.number)
        ?? Self.defaultEstimatedItemTime,
      physicalCores: try document.present("physical_cores", TrainingObject.integer),
      availableMemory: try document.present("available_memory", TrainingObject.integer),
      startMethod: try document.optional("start_method", TrainingObject.string).map(StartMethod.init),
      pickleSize: try document.optional("pickle_size", TrainingObject.integer),
      coefficientOfVariation: try document.optional("coefficient_of_variation", TrainingObject.number),
      functionComplexity: try document.optional("function_complexity", TrainingObject.integer))
  }
}

extension SystemFingerprint {
  /// nil unless every member is there and of its type.
  init?(_ document: TrainingObject) {
    guard let physicalCores = document["physical_cores"].flatMap(TrainingObject.integer),
      let l3CacheMB = document["l3_cache_mb"].flatMap(TrainingObject.number),
      let numaNodes = document["numa_nodes"].flatMap(TrainingObject.integer),
      let memoryBandwidth = document["memory_bandwidth_gb_s"].flatMap(TrainingObject.number),
      let startMethod = document["start_method"].flatMap(TrainingObject.string),
      let systemID = document["system_id"].flatMap(TrainingObject.string)
    else { return nil }
    self.init(
      physicalCores: physicalCores, l3CacheMB: l3CacheMB, numaNodes: numaNodes,
      memoryBandwidthGBPerSecond: memoryBandwidth, startMethod: StartMethod(rawValue: startMethod), systemID: systemID)
  }
}
