namespace Tideway.DeltaSharing.Client.Downloads;

/// <summary>How a download went.</summary>
/// <param name="Bytes">The file's size in bytes.</param>
/// <param name="Attempts">How many requests it took.</param>
public sealed record Download(long Bytes, int Attempts);
