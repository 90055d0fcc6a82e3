namespace Tideway.Cli.Api;

/// <summary>Query parameters of a path, with the question mark; those without a value are left out.</summary>
internal sealed class Query(params IEnumerable<(string Name, object? Value)> parameters)
{
    public string Text { get; } = Join(parameters);

    private static string Join(IEnumerable<(string Name, object? Value)> parameters)
    {
        var given = parameters
            .Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString($"{parameter.Value}")}")
            .ToList();
        return given.Count == 0 ? "" : "?" + string.Join('&', given);
    }
}
