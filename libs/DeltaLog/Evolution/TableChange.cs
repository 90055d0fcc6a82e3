namespace Tideway.DeltaLog.Evolution;

/// <summary>One thing about a table that a commit would change.</summary>
/// <param name="What">What: <c>column address.zip</c>, <c>property delta.appendOnly</c>, <c>feature columnMapping</c> and the like.</param>
/// <param name="Before">How it is; <see langword="null"/> where it is not there.</param>
/// <param name="After">How it would be; <see langword="null"/> where it would go.</param>
public sealed record TableChange(string What, string? Before, string? After);
