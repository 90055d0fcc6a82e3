using System.Text;
using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// What is read out of a file's statistics.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics">Per-file Statistics</see>.
/// </summary>
internal static class FileStatistics
{
    /// <summary>Statistics are hints: where they do not parse, nothing is known.</summary>
    public static long? NumRecords(string? stats) => string.IsNullOrEmpty(stats) ? null : NumRecords(Encoding.UTF8.GetBytes(stats));

    /// <inheritdoc cref="NumRecords(string?)"/>
    public static long? NumRecords(ReadOnlySpan<byte> stats)
    {
        if (stats.IsEmpty)
            return null;
        try
        {
            var reader = new Utf8JsonReader(stats);
            reader.BeginObject();
            while (reader.NextMember())
            {
                if (reader.ValueTextEquals("numRecords"u8))
                    return reader.TakeLong();
                reader.SkipValue();
            }

            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
