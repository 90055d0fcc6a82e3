using System.Text;

namespace Tideway.DeltaLog.Writing;

/// <summary>Folders named after partition values, as Hive has them. They are for people; readers go by the log.</summary>
internal static class HivePath
{
    private const string NullValue = "__HIVE_DEFAULT_PARTITION__";
    private const string Escaped = "\"#%'*/:=?\\{[]^";
    private const int MaxNameBytes = 240;

    /// <summary>The folder, ending with a slash; empty without partitions, and where a name would be too long for a file system.</summary>
    public static string Folder(IEnumerable<(string Column, string? Value)> partition)
    {
        var path = new StringBuilder();
        foreach (var (column, value) in partition)
        {
            var name = $"{Escape(column)}={(value is null ? NullValue : Escape(value))}";
            if (Encoding.UTF8.GetByteCount(name) > MaxNameBytes)
                return "";
            path.Append(name).Append('/');
        }

        return path.Length <= MaxNameBytes * 2 ? path.ToString() : "";
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (char.IsControl(letter) || Escaped.Contains(letter) || char.IsSurrogate(letter))
            {
                // A lone half of a pair has no place in a file name; both halves are spelled out alike.
                escaped.Append('%').Append(((int)letter).ToString(letter <= 0xFF ? "X2" : "X4"));
            }
            else
            {
                escaped.Append(letter);
            }
        }

        return escaped.ToString();
    }
}
