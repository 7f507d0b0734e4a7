"""An API of two answers."""

from flask import Flask, jsonify

app = Flask(__name__)
greetings = {"en": "Hello", "de": "Hallo", "fr": "Bonjour"}


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/greetings/<language>")
def greeting(language):
    if language not in greetings:
        return jsonify(error=f"no greeting in {language}"), 404
    return jsonify(greeting=greetings[language])
