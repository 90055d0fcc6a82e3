using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace Tideway.Cli.Output;

/// <summary>A list for people: a line for each item, which is never wrapped or cut.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="columns">What is shown of each item.</param>
/// <param name="measured">How many items are held to find out how wide the columns have to be. From there on a column gets wider where a text needs it.</param>
internal sealed class TableList(TextWriter output, IReadOnlyList<Column> columns, int measured) : IListOutput
{
    private const int Gap = 2;
    private const int PieceLength = 32 * 1024;

    private readonly int[] widths = [.. columns.Select(column => WidthOf(SafeText.Of(column.Title)))];
    private readonly List<JsonElement> held = [];
    private readonly StringBuilder piece = new();
    private bool isMeasured;

    /// <inheritdoc />
    public void Add(JsonElement item)
    {
        if (isMeasured)
        {
            WriteLine(column => column.Text(item));
            return;
        }

        held.Add(item);
        if (held.Count >= measured)
            WriteHeld();
    }

    /// <inheritdoc />
    public void Flush()
    {
        output.Write(piece);
        piece.Clear();
        output.Flush();
    }

    /// <inheritdoc />
    public void End()
    {
        if (!isMeasured)
            WriteHeld();
        Flush();
    }

    private void WriteHeld()
    {
        isMeasured = true;
        foreach (var item in held)
        {
            for (var i = 0; i < widths.Length; i++)
                widths[i] = Math.Max(widths[i], WidthOf(SafeText.Of(columns[i].Text(item))));
        }

        WriteLine(column => column.Title);
        foreach (var item in held)
            WriteLine(column => column.Text(item));
        held.Clear();
    }

    private void WriteLine(Func<Column, string> textOf)
    {
        var begin = piece.Length;
        for (var i = 0; i < widths.Length; i++)
        {
            var text = SafeText.Of(textOf(columns[i]));
            var width = WidthOf(text);
            widths[i] = Math.Max(widths[i], width);
            piece.Append(text).Append(' ', widths[i] - width + Gap);
        }

        while (piece.Length > begin && char.IsWhiteSpace(piece[^1]))
            piece.Length--;
        piece.Append(output.NewLine);
        if (piece.Length > PieceLength)
        {
            output.Write(piece);
            piece.Clear();
        }
    }

    // How many places it takes on a terminal.
    private static int WidthOf(string text) => Ascii.IsValid(text) ? text.Length : text.GetCellWidth();
}
