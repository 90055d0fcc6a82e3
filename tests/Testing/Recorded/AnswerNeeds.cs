using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Shouldly;

namespace Tideway.Testing.Recorded;

/// <summary>
/// What a client needs of an answer, in words: <c>status 200</c>; <c>header NAME</c>, <c>header NAME: VALUE</c>, <c>header NAME lacks TEXT</c>, <c>no header NAME</c>;
/// <c>empty</c>, <c>one line</c>, <c>bytes N</c>; <c>json PATH ...</c> for fields of one object; <c>lines PATTERN</c> for the kinds of the lines, with a space between; <c>fields KIND PATH ...</c>
/// for fields that every line of a kind has; <c>no raw line ends</c>; <c>keep NAME = header NAME | json PATH | KIND.PATH | head | ids</c> for what later requests send or compare;
/// <c>head is NAME</c>, <c>ids hold NAME</c>, <c>differs PATH NAME</c>; <c>signed NAME</c> for an address that says in its query that it is signed. A path has dots and, for items
/// of a list, numbers.
/// </summary>
public static partial class AnswerNeeds
{
    // By these the kernel of several clients knows an address that needs no credentials.
    private static readonly string[] SignedKeys = ["x-amz-signature", "sp", "x-goog-credential", "x-oss-credential", "x-databricks-signature"];

    /// <summary>Checks one need; what it keeps goes into <paramref name="values"/>.</summary>
    public static void Check(string need, RecordedAnswer answer, IDictionary<string, string> values)
    {
        var words = need.Split(' ', 2);
        var rest = words.Length > 1 ? words[1] : "";
        switch (words[0])
        {
            case "status":
                answer.Status.ShouldBe(int.Parse(rest, CultureInfo.InvariantCulture), answer.Text);
                break;
            case "header":
                CheckHeader(rest, answer);
                break;
            case "empty":
                answer.Body.ShouldBeEmpty();
                break;
            case "bytes":
                answer.Body.Length.ShouldBe(int.Parse(rest, CultureInfo.InvariantCulture));
                break;
            case "one":
                answer.Text.TrimEnd('\n').ShouldNotContain("\n");
                break;
            case "json":
                foreach (var path in rest.Split(' '))
                    Find(JsonElement.Parse(answer.Text), path).ShouldNotBeNull($"{path} in {answer.Text}");
                break;
            case "lines":
                string.Join(' ', answer.Lines.Select(line => line.Kind)).ShouldMatch($"^({rest})$");
                break;
            case "fields":
                CheckFields(rest.Split(' '), answer);
                break;
            case "head":
                Head(answer).ShouldBe(values[rest["is ".Length..]]);
                break;
            case "ids":
                values[rest["hold ".Length..]].Split(',').ShouldBeSubsetOf(Ids(answer));
                break;
            case "differs":
                Find(JsonElement.Parse(answer.Text), rest.Split(' ')[0])!.Value.ToString().ShouldNotBe(values[rest.Split(' ')[1]]);
                break;
            case "signed":
                new Uri(values[rest])
                    .Query.TrimStart('?')
                    .Split('&')
                    .Select(pair => pair.Split('=')[0].ToLowerInvariant())
                    .Intersect(SignedKeys)
                    .ShouldNotBeEmpty(values[rest]);
                break;
            case "keep":
                var (name, source) = (rest.Split(" = ")[0], rest.Split(" = ")[1]);
                values[name] = Value(source, answer);
                break;
            case "no" when rest.StartsWith("header ", StringComparison.Ordinal):
                answer.Header(rest["header ".Length..]).ShouldBeNull();
                break;
            case "no" when rest == "raw line ends":
                // Some clients end a line at each of these.
                LineEnds().IsMatch(answer.Text.Replace("\n", "", StringComparison.Ordinal)).ShouldBeFalse();
                break;
            case "no":
                Find(JsonElement.Parse(answer.Text), rest).ShouldBeNull();
                break;
            default:
                throw new InvalidDataException($"There is no need '{need}'.");
        }
    }

    private static void CheckHeader(string rest, RecordedAnswer answer)
    {
        var name = rest.Split(' ', ':')[0];
        var value = answer.Header(name);
        if (rest.Split(" lacks ") is [_, var text])
        {
            (value ?? "").ShouldNotContain(text);
            return;
        }

        value.ShouldNotBeNull($"the header {name}");
        if (rest.Split(": ", 2) is [_, var expected])
            value.ShouldBe(expected);
    }

    private static void CheckFields(string[] words, RecordedAnswer answer)
    {
        var lines = answer.Lines.Where(line => line.Kind == words[0]).ToList();
        lines.ShouldNotBeEmpty();
        foreach (var (_, value, text) in lines)
        {
            foreach (var path in words.Skip(1))
                Find(value, path).ShouldNotBeNull($"{path} in {text}");
        }
    }

    private static string Value(string source, RecordedAnswer answer) =>
        source switch
        {
            "head" => Head(answer),
            "ids" => string.Join(',', Ids(answer)),
            _ when source.StartsWith("header ", StringComparison.Ordinal) => answer.Header(source["header ".Length..])!,
            _ when source.StartsWith("json ", StringComparison.Ordinal) => Find(JsonElement.Parse(answer.Text), source["json ".Length..])!.Value.ToString(),
            _ => Find(answer.Lines.First(line => line.Kind == source.Split('.')[0]).Value, source[(source.IndexOf('.', StringComparison.Ordinal) + 1)..])!
                .Value.ToString(),
        };

    private static string Head(RecordedAnswer answer) => string.Join('\n', answer.Lines.Take(2).Select(line => line.Text));

    private static IEnumerable<string> Ids(RecordedAnswer answer) =>
        answer.Lines.Where(line => line.Value.TryGetProperty("id", out _) && line.Kind != "metaData").Select(line => line.Value.GetProperty("id").GetString()!);

    private static JsonElement? Find(JsonElement element, string path)
    {
        foreach (var part in path.Split('.'))
        {
            if (element.ValueKind == JsonValueKind.Array && int.TryParse(part, CultureInfo.InvariantCulture, out var index) && index < element.GetArrayLength())
                element = element[index];
            else if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(part, out element))
                return null;
        }

        return element;
    }

    [GeneratedRegex("[\u000b\u000c\u001c-\u001e\u0085\u2028\u2029\r]", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex LineEnds();
}
