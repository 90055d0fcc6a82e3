using System.CommandLine.Parsing;
using System.Globalization;

namespace Tideway.Cli.CommandLine;

/// <summary>Numbers, times and ids of a command line; what is none of these is told in words rather than by the name of a type.</summary>
internal static class ValueText
{
    public static long? Number(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= 0)
            return number;
        result.AddError($"{NameOf(result)} must be a number, 0 or more; got '{text}'.");
        return null;
    }

    /// <summary>A time without an offset is UTC, as all times of the program are.</summary>
    public static DateTimeOffset? Time(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return time;
        result.AddError($"{NameOf(result)} must be a time such as 2026-11-23T10:00:00Z or 2026-11-23; got '{text}'.");
        return null;
    }

    public static Guid Id(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (Guid.TryParse(text, out var id))
            return id;
        result.AddError($"{NameOf(result)} must be an id such as 019ab3c2-7c1e-7d60-9a3b-0b1f6f0d2f11; got '{text}'.");
        return default;
    }

    public static void RefuseEmpty(SymbolResult result)
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            result.AddError($"{NameOf(result)} must not be empty.");
    }

    // The value of an option is an argument without a name of its own.
    private static string NameOf(SymbolResult result) =>
        result switch
        {
            OptionResult option => option.Option.Name,
            ArgumentResult { Parent: OptionResult option } => option.Option.Name,
            ArgumentResult argument => argument.Argument.Name,
            _ => "The value",
        };
}
