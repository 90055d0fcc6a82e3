using System.Runtime.CompilerServices;
using System.Text;

namespace Tideway.Cli.Api;

/// <summary>A path of the API, written as an interpolated string. What is put into it is escaped, but for what is marked <c>:raw</c>.</summary>
[InterpolatedStringHandler]
internal readonly struct ApiPath(int literalLength, int formattedCount)
{
    private readonly StringBuilder text = new(literalLength + (formattedCount * 16));

    public void AppendLiteral(string literal) => text.Append(literal);

    public void AppendFormatted(string? value, string? format = null)
    {
        // An address takes these away and would name something else; no escaping keeps them.
        if (format != "raw" && value is null or "" or "." or "..")
            throw new CliFailure(ExitCode.Usage, $"'{value}' is not a name.");
        text.Append(format == "raw" ? value : Uri.EscapeDataString(value!));
    }

    public void AppendFormatted(long value) => text.Append(value);

    public void AppendFormatted(Query query) => text.Append(query.Text);

    public override string ToString() => text.ToString();
}
