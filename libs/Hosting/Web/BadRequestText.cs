using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Tideway.Hosting.Web;

/// <summary>Says what was wrong with a request in the words of the API: which field, what was expected, what came; never names of our types.</summary>
internal static partial class BadRequestText
{
    public static string Of(BadHttpRequestException exception)
    {
        if (exception.InnerException is JsonException json)
            return Of(json);
        if (FailedToBind().Match(exception.Message) is { Success: true } bind)
            return $"{bind.Groups["name"].Value}: expected {Word(bind.Groups["type"].Value)}, got '{bind.Groups["value"].Value}'.";
        if (Required().Match(exception.Message) is { Success: true } required)
            return $"{required.Groups["name"].Value} is required: it was expected in the {required.Groups["place"].Value}.";
        if (RequiredBody().IsMatch(exception.Message))
            return "A JSON body was expected, got none.";
        return exception.Message;
    }

    public static string Of(JsonException exception)
    {
        var where = exception.Path is { Length: > 0 } path ? path : "$";
        if (MissingMembers().Match(exception.Message) is { Success: true } missing)
            return $"The body lacks required members at {where}: {missing.Groups["names"].Value}.";
        if (NullForbidden().Match(exception.Message) is { Success: true } nullable)
            return $"{nullable.Groups["name"].Value} must not be null (at {where}).";
        if (NotConvertible().Match(exception.Message) is { Success: true } convert)
            return $"The body has the wrong kind of value at {where}: expected {Word(convert.Groups["type"].Value)}.";
        var position = exception.LineNumber is { } line ? $" (line {line + 1}, byte {exception.BytePositionInLine + 1})" : "";
        return $"The body is not valid JSON at {where}{position}: {Reason(exception.Message)}";
    }

    private static string Reason(string message)
    {
        foreach (var mark in (string[])[" Path: ", " LineNumber: "])
        {
            if (message.IndexOf(mark, StringComparison.Ordinal) is var at and >= 0)
                message = message[..at];
        }

        return message;
    }

    private static string Word(string type)
    {
        if (NullableType().Match(type) is { Success: true } nullable)
            type = nullable.Groups["type"].Value;
        return type.Split('.')[^1].TrimEnd('?', ']') switch
        {
            "int" or "Int32" => $"a whole number from {int.MinValue} to {int.MaxValue}",
            "long" or "Int64" => $"a whole number from {long.MinValue} to {long.MaxValue}",
            "short" or "Int16" => $"a whole number from {short.MinValue} to {short.MaxValue}",
            "double" or "Double" or "decimal" or "Decimal" or "float" or "Single" => "a number",
            "bool" or "Boolean" => "true or false",
            "string" or "String" => "text",
            "Guid" => "a UUID",
            "DateTime" or "DateTimeOffset" => "a time such as 2026-01-31T12:00:00Z",
            "TimeSpan" => "a duration such as 00:05:00",
            "Uri" => "an address",
            var other
                when type.Contains('[', StringComparison.Ordinal)
                    || other.StartsWith("List", StringComparison.Ordinal)
                    || other.Contains("ReadOnlyList", StringComparison.Ordinal) => "a list",
            _ => "a value of another kind",
        };
    }

    [GeneratedRegex("""^Failed to bind parameter "(?<type>.+) (?<name>\S+)" from "(?<value>.*)"\.$""", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex FailedToBind();

    [GeneratedRegex("""^Required parameter "(?:.+) (?<name>\S+)" was not provided from (?:the )?(?<place>.+)\.$""", RegexOptions.NonBacktracking)]
    private static partial Regex Required();

    [GeneratedRegex("^Implicit body inferred|was not provided from body|Implicit body", RegexOptions.NonBacktracking)]
    private static partial Regex RequiredBody();

    [GeneratedRegex("missing required properties including: (?<names>.+?)\\.( Path:.*)?$", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MissingMembers();

    [GeneratedRegex(
        "^The (constructor parameter|property or field) '(?<name>[^']+)' on type '[^']+' doesn't allow (setting )?null values",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex NullForbidden();

    [GeneratedRegex("could not be converted to (?<type>.+?)\\.( Path:.*)?$", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotConvertible();

    [GeneratedRegex(@"^(System\.)?Nullable(`1)?[<\[](?<type>.+?)[>\]]+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NullableType();
}
