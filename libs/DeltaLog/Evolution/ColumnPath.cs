using System.Text;

namespace Tideway.DeltaLog.Evolution;

/// <summary>
/// The way to a column: names divided by dots, names with dots in backticks. Inside lists and maps the names are <c>element</c>, <c>key</c> and <c>value</c>.
/// </summary>
public static class ColumnPath
{
    /// <summary>The names. A path that is none is an <see cref="ArgumentException"/>.</summary>
    public static IReadOnlyList<string> Parse(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var names = new List<string>();
        var name = new StringBuilder();
        var quoted = false;
        for (var at = 0; at < path.Length; at++)
        {
            var letter = path[at];
            if (letter == '`' && quoted && at + 1 < path.Length && path[at + 1] == '`')
                name.Append(path[at++]);
            else if (letter == '`')
                quoted = !quoted;
            else if (letter == '.' && !quoted)
                Take();
            else
                name.Append(letter);
        }

        if (quoted)
            throw new ArgumentException($"Expected a closing backtick in the column '{path}'.", nameof(path));
        Take();
        return names;

        void Take()
        {
            if (name.Length == 0)
                throw new ArgumentException($"Expected names divided by dots, found the column '{path}'.", nameof(path));
            names.Add(name.ToString());
            name.Clear();
        }
    }

    internal static string Write(IEnumerable<string> names) =>
        string.Join('.', names.Select(name => name.AsSpan().ContainsAny('.', '`') ? $"`{name.Replace("`", "``", StringComparison.Ordinal)}`" : name));
}
