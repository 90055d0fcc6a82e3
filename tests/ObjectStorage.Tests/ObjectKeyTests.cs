namespace Tideway.ObjectStorage.Tests;

public sealed class ObjectKeyTests
{
    public static TheoryData<string> BadKeys =>
        [
            "",
            "/",
            "/etc/passwd",
            "..",
            ".",
            "../x",
            "a/../b",
            "a/..",
            "a/./b",
            "a//b",
            "a/",
            "a\\b",
            "..\\b",
            "a\0b",
            "a\nb",
            "a\u007fb",
            "a\ud800b",
            new string('a', 1025),
            new string('\u00e9', 513),
        ];

    public static TheoryData<string> GoodKeys =>
        [
            "a",
            "a/b",
            "..a",
            "a..",
            "...",
            "p=a%2Fb/part-1.parquet",
            "%2e%2e/x",
            "with space",
            "\u65e5\u672c/\ud83d\ude00",
            "_delta_log/00000000000000000000.json",
            "a:b",
            "~",
            "?x=1#y",
            new string('a', 1024),
        ];

    [Theory, MemberData(nameof(BadKeys))]
    public void A_key_that_could_leave_the_root_or_be_misread_is_refused(string key) =>
        Should.Throw<ObjectStorageException>(() => ObjectKey.Validate(key)).Error.ShouldBe(ObjectStorageError.InvalidKey);

    [Theory, MemberData(nameof(GoodKeys))]
    public void A_key_with_proper_segments_is_taken_as_it_stands(string key) => ObjectKey.Validate(key);

    [Theory]
    [InlineData("../")]
    [InlineData("a/../b")]
    [InlineData("/a")]
    [InlineData("a//")]
    [InlineData("a\\")]
    public void A_prefix_that_could_leave_the_root_is_refused(string prefix) =>
        Should.Throw<ObjectStorageException>(() => ObjectKey.ValidatePrefix(prefix)).Error.ShouldBe(ObjectStorageError.InvalidKey);

    [Theory]
    [InlineData("")]
    [InlineData("a/")]
    [InlineData("a/.")]
    [InlineData("_delta_log/0000")]
    public void The_beginning_of_a_key_is_a_prefix(string prefix) => ObjectKey.ValidatePrefix(prefix);

    [Fact]
    public void The_message_names_the_key_without_its_control_characters()
    {
        var message = Should.Throw<ObjectStorageException>(() => ObjectKey.Validate("a\nb")).Message;

        message.ShouldContain("a?b");
        message.ShouldNotContain('\n');
    }
}
