using System.Text.Json;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>Rows that the other engine gives as JSON arrays of texts.</summary>
internal static class EngineLines
{
    public static List<string> Of(string json) =>
        [
            .. json.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => string.Join('|', JsonSerializer.Deserialize<string?[]>(line)!.Select(value => value ?? "~")))
                .Order(StringComparer.Ordinal),
        ];
}
