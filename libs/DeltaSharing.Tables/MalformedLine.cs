using Tideway.DeltaSharing.Client;

namespace Tideway.DeltaSharing.Tables;

/// <summary>A line that does not say what it must.</summary>
internal static class MalformedLine
{
    public static DeltaSharingException Expected(string what) => new(DeltaSharingError.MalformedAnswer, $"Malformed line: expected {what}.");
}
