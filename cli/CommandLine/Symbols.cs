using System.CommandLine;

namespace Tideway.Cli.CommandLine;

/// <summary>Arguments and options that several commands have.</summary>
internal static class Symbols
{
    public static Argument<string> Name(string what) => Text("NAME", $"Name of the {what}");

    public static Argument<string> Text(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(ValueText.RefuseEmpty);
        return argument;
    }

    public static Option<string?> Option(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };

    public static Option<string> Required(string name, string description, string helpName)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = helpName,
            Required = true,
        };
        option.Validators.Add(ValueText.RefuseEmpty);
        return option;
    }

    public static Option<long?> Number(string name, string description, string helpName) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = ValueText.Number,
        };

    public static Option<DateTimeOffset?> Time(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "TIME",
            CustomParser = ValueText.Time,
        };

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask" };

    public static Option<TimeSpan?> Duration(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "DURATION",
            CustomParser = result => DurationText.Parse(result),
        };

    /// <summary>How many to show.</summary>
    public static Option<int> Limit(int most)
    {
        var limit = new Option<int>("--limit")
        {
            Description = "How many to show",
            HelpName = "NUMBER",
            DefaultValueFactory = _ => most,
        };
        limit.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var number) || number < 1))
                result.AddError($"--limit must be a number above 0; got '{result.Tokens[0].Value}'.");
        });
        return limit;
    }

    public static Option<string[]> Many(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };
}
