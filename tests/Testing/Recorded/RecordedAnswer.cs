using System.Text;
using System.Text.Json;

namespace Tideway.Testing.Recorded;

/// <summary>An answer as it came: its status, its headers, and its body, which is unpacked where it was compressed.</summary>
public sealed record RecordedAnswer(int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The lines of the body, each with the one field that it has.</summary>
    public IReadOnlyList<(string Kind, JsonElement Value, string Text)> Lines =>
        [
            .. Text.TrimEnd('\n')
                .Split('\n')
                .Select(line => (JsonElement.Parse(line).EnumerateObject().ToList(), line))
                .Select(parsed =>
                    parsed.Item1.Count == 1
                        ? (parsed.Item1[0].Name, parsed.Item1[0].Value, parsed.line)
                        : throw new InvalidDataException($"A line of one field was expected, got '{parsed.line}'.")
                ),
        ];

    /// <summary>The value of a header, or <see langword="null"/>.</summary>
    public string? Header(string name) =>
        Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).FirstOrDefault();
}
