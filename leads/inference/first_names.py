"""Given names common in Brazil, Hispanic America, Spain and the English-speaking world.

They tell a person's name from any other short text where a form gives its fields no telling names.
"""

from leads.inference.words import plain, word_set

_TITLES = word_set("dr dra sr sra mr mrs ms")
_NAMES = word_set(
    """
    adriana adriano aitor alan alba alberto alejandra alejandro alex alexandra alexandre alice
    alicia aline allan alonso alvaro amanda amelia amy ana anderson andre andrea andreia andres
    andressa andrew angel angela angelica anna anne anthony antonia antonio ariana ariel arthur
    artur augusto aurora barbara beatriz benicio benjamin bernardo bia bianca brandon brenda breno
    brian bruna bruno caio camila camilo carla carlos carmen carolina caroline catalina catarina
    caua cecilia celia celso cesar charles charlotte chloe christian christina christopher cintia
    clara claudia claudio cleber cristian cristiane cristiano cristina cynthia daiane damian daniel
    daniela daniele danilo dario davi david debora deborah denis denise diana diego diogo dolores
    douglas edgar edith edson eduarda eduardo elaine elena eliana eliane elias elisa elizabeth eloa
    elsa emanuel emilia emilio emily emma enrique enzo erica erick erika ernesto esteban ester
    esther ethan eva evelyn everton fabiana fabiano fabio fabricio fatima felipe fernanda fernando
    filipe flavia flavio florencia franciele francisca francisco frank gabriel gabriela gabrielle
    george geovana geraldo gilberto giovana giovanna gisele gloria grace graciela graziela guadalupe
    guilherme guillermo gustavo hannah hector heitor helena helio henrique henry hernan hugo iago
    ian igor ines ingrid irene isaac isabel isabela isabella isadora israel ivan ivone jack jacob
    jacqueline jaime jair james janaina jane jaqueline javier jean jennifer jeronimo jessica jesus
    joana joao joaquim joaquin joe joel john jonas jonathan jordan jorge jose josefa josefina joseph
    joshua josue juan juana julia julian juliana juliano julieta julio julius karen karina karine
    karla kate katherine kauan kelly kevin laercio lais lara larissa laura lautaro leandro leonardo
    leonor leticia levi lia liam lidia lilian liliana linda lisa livia lorena lorenzo lourdes luana
    lucas lucca lucia luciana luciano lucy luis luisa luiz luiza luz magda maite manoel manuel
    manuela mara marcela marcelo marcia marcio marco marcos marcus margaret margarita maria mariana
    mariano marilia marina mario marisa maristela mark marlene marta martha martin martina mary
    mateo mateus matheus matias matilde matt matthew mauricio mauro maximo maya melissa mercedes mia
    micaela michael michele michelle miguel milena miriam moises monica murilo nadia nancy natalia
    natasha nathalia nathan nelson nicolas nicole noah noelia nora norma octavio olga olivia omar
    orlando oscar otavio pablo paloma pamela patricia patricio patrick paula paulina paulo pedro
    peter pilar priscila rafael rafaela raimundo ramiro ramon raquel raul rebeca rebecca regina
    reinaldo renan renata renato ricardo richard rita robert roberta roberto robson rocio rodolfo
    rodrigo rogerio romulo ronaldo rosa rosana rosangela rose ruben rubens ruth ryan sabrina
    salvador samantha samara samuel sandra santiago sara sarah saul sebastian sergio sharon sheila
    silvana silvia silvio simone sofia solange sonia sophia sophie stella stephanie stephen steven
    suelen susan susana tainara talita tania tatiana tatiane teresa thais thales thayna thiago
    thomas tiago tomas valdir valentin valentina valeria vanessa vera veronica vicente victor
    victoria vinicius virginia vitor vitoria viviane wagner walter wanderson wellington wesley
    wilian william willian wilson xavier ximena yago yasmin yolanda yuri zelia
    """
)


def is_first_name(text: str) -> bool:
    """Whether the first word of a short text is a given name; a title such as Dr. stands aside."""
    words = [word for word in plain(text).split() if word not in _TITLES]
    return 0 < len(words) <= 7 and words[0] in _NAMES
